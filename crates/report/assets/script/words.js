/* The words of the page, in two languages. */

const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);

const WORDS = {
  en: {
    search: "Search names, values, places…", all: "All", repaired: "Repaired", uncertain: "Uncertain", finding: "Findings",
    unplaced: "Unplaced", remarks: "Remarks", previous: "‹ Previous", next: "Next ›", of: "of", none: "none", jump: "Go to a form…",
    overall: "总体绩效指标", annual: "年度绩效指标", neither: "绩效指标", head: "Head of the form 表头", amounts: "资金", tasks: "年度主要任务",
    staffing: "人员情况", document: "Document", contents: "目录", missing: "no value in the source", suggested: "suggested",
    from: "printed", to: "read as", nothing: "nothing", evidence: "evidence", parsed: "value as read", place: "place", id: "id",
    page: "Page", line: "line", fit: "Fit", as_printed: "as printed", forms: "forms", indicators: "indicators",
    error: "error", warning: "warning", info: "note", no_match: "Nothing matches.", flags: "flags",
    drawn: "drawn from what was read", no_picture: "This page cannot be shown.", source: "Source", keys: "Keys", close: "Close",
    theme: "Light or dark", language: "中文", project: "project", department: "department", section: "Forms that were read",
    show_source: "Lines of the text", resize: "Width of the two sides",
    help: [["n / p", "next and previous marked row or finding"], ["↓ / ↑", "next and previous row"], ["Enter", "pin the row, and show its details"],
      ["Esc", "let go of the row; clear the search"], ["/", "search"], ["[ / ]", "previous and next form"], ["?", "this list"]],
  },
  zh: {
    search: "搜索名称、指标值、单位…", all: "全部", repaired: "已修复", uncertain: "存疑", finding: "问题", unplaced: "未归位", remarks: "提示",
    previous: "‹ 上一处", next: "下一处 ›", of: "/", none: "无", jump: "跳到某张表…",
    overall: "总体绩效指标", annual: "年度绩效指标", neither: "绩效指标", head: "表头", amounts: "资金", tasks: "年度主要任务",
    staffing: "人员情况", document: "文档", contents: "目录", missing: "原文没有指标值", suggested: "建议值",
    from: "原文", to: "读作", nothing: "空", evidence: "依据", parsed: "指标值解析", place: "位置", id: "编号",
    page: "第", line: "行", fit: "适合宽度", as_printed: "原样", forms: "张表", indicators: "条指标",
    error: "错误", warning: "警告", info: "提示", no_match: "没有匹配的内容。", flags: "标记",
    drawn: "按读到的内容绘制", no_picture: "此页无法显示。", source: "原文", keys: "快捷键", close: "关闭",
    theme: "浅色或深色", language: "EN", project: "项目", department: "部门", section: "读出的表",
    show_source: "文本各行", resize: "两栏的宽度",
    help: [["n / p", "下一处、上一处（标记的行或问题）"], ["↓ / ↑", "下一行、上一行"], ["Enter", "固定这一行并显示详情"],
      ["Esc", "取消固定；清除搜索"], ["/", "搜索"], ["[ / ]", "上一张表、下一张表"], ["?", "本列表"]],
  },
};
const remembered = (key) => { try { return localStorage.getItem(`jixiao.${key}`); } catch { return null; } };
const remember = (key, value) => { try { localStorage.setItem(`jixiao.${key}`, value); } catch { /* a file may have no storage */ } };
let language = remembered("language") ?? (navigator.language.startsWith("zh") ? "zh" : "en");
const word = (key) => WORDS[language][key] ?? key;
