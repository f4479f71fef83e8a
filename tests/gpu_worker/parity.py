"""Checks the engine against a folder of reference vectors.

    python -m tests.gpu_worker.parity DIR [--salt S]

Every ``.npz`` file in DIR is computed again from its inputs, with weights by formula, and compared.
Prints a line a file with its worst relative error ||a - b|| / ||b||; exits 1 if any is too far off,
lacks an array or is of an unknown kind.
"""

import argparse
import math
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import torch

from gpu_worker.contract.errors import JobError
from tests.gpu_worker.parity_cases import check_vectors
from tests.gpu_worker.vectors import Finding, Vectors

# What wrong arrays can raise on their way through the engine.
_WRONG_INPUT = (
    KeyError,
    IndexError,
    ValueError,
    TypeError,
    RuntimeError,
    OSError,
    JobError,
    zipfile.BadZipFile,
)


THREADS = 2
"""Sums are added in an order that follows the number of threads, and three training steps amplify
the last bit: the same number everywhere gives the same figures everywhere."""

SAME_SUMS: Final = {"ATEN_CPU_CAPABILITY": "avx2", "MKL_CBWR": "AVX2"}
"""Environment in which processors of other makers add in one order: with wider vectors the losses
of the third training step come out 2.9e-4 apart (decision 16)."""


def check_file(path: Path, salt: str = "") -> Finding:
    """The file's worst quantity, measured by its tolerance."""
    threads = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        return check_vectors(Vectors.load(path, salt))
    except _WRONG_INPUT as error:
        return Finding(f"{type(error).__name__}: {error}", math.inf)
    finally:
        torch.set_num_threads(threads)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="parity", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("directory", type=Path, help="folder of .npz files")
    parser.add_argument("--salt", default="", help="salt of the formula weights")
    parser.add_argument("--only", default="*", help="pattern of file names, without .npz")
    options = parser.parse_args(arguments)
    paths = sorted(options.directory.glob(f"{options.only}.npz"))
    if not paths:
        print(f"no vectors in {options.directory}", file=sys.stderr)
        return 1
    held = 0
    for path in paths:
        finding = check_file(path, options.salt)
        print(finding.line(path.stem), flush=True)
        held += finding.holds
    print(f"{held} of {len(paths)} hold")
    return 0 if held == len(paths) else 1


if __name__ == "__main__":
    sys.exit(main())
