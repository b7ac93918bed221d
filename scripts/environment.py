"""An environment of packages from PyPI for a check, apart from everything that is installed."""

import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def expect(condition, message):
    """Ends the check at the first thing that is wrong."""
    if not condition:
        sys.exit(f"FAILED: {message}")


def run_inside(folder, packages, imports):
    """Runs this script again with the Python of the environment in `folder`, which is made where it is missing."""
    python = folder / "bin/python"
    if not python.exists():
        venv.create(folder, with_pip=True)
    if subprocess.run([python, "-c", f"import {imports}"], capture_output=True).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    os.execv(python, [str(python), *sys.argv, "--inside"])


def run(*command, **options):
    """Runs a program; the check ends where it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=ROOT, **options)
    expect(done.returncode == 0, f"{command}: {done.stderr}")
    return done.stdout
