"""Figures whose 中文 labels render, and the folder of the dataset: what the notebooks share."""

import importlib.util
import os
import re
from pathlib import Path

import matplotlib
from matplotlib import font_manager

# The font that the package mplfonts brings, then fonts that systems have.
PACKAGED = "NotoSansCJKsc-Regular.otf"
INSTALLED = [
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "SimHei",
]


def dataset():
    """The dataset that the notebooks read: JIXIAO_DATASET, else the folder that `jixiao ingest seeds` writes."""
    folder = Path(os.environ.get("JIXIAO_DATASET", Path(__file__).parent.parent / "output"))
    if not (folder / "indicators.parquet").exists():
        raise FileNotFoundError(f"{folder} holds no dataset: run `jixiao ingest seeds`, or set JIXIAO_DATASET")
    return folder


def short_unit(name):
    """The name of a unit without the place that it begins with: 济南市市中区财政局 is 财政局."""
    return re.sub(r"^(中共|中国共产党)?(\w{2,}?省)?(\w{2,}?市)?(\w{2,}?[市县区旗])?(?=\w{2})", "", name)


def use_chinese_font():
    """Makes matplotlib draw with a font that has 中文, and gives its name."""
    name = _packaged() or _installed()
    if name is None:
        raise RuntimeError("no font with 中文 was found: pip install mplfonts")
    matplotlib.rcParams["font.family"] = [name, "sans-serif"]
    matplotlib.rcParams["axes.unicode_minus"] = False  # many Chinese fonts have no U+2212
    matplotlib.rcParams["figure.dpi"] = 110
    matplotlib.rcParams["axes.spines.top"] = matplotlib.rcParams["axes.spines.right"] = False
    return name


def _packaged():
    package = importlib.util.find_spec("mplfonts")
    if package is None:
        return None
    path = Path(package.origin).parent / "fonts" / PACKAGED
    if not path.exists():
        return None
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name()


def _installed():
    known = {font.name for font in font_manager.fontManager.ttflist}
    return next((name for name in INSTALLED if name in known), None)
