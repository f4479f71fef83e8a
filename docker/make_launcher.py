"""Builds, on a machine with a C compiler and no GPU, what Triton starts its kernels with.

    TRITON_CACHE_DIR=DIR python docker/make_launcher.py

Triton compiles this one module of C where it first meets a GPU; found in DIR, an image that has no
compiler compiles its kernels all the same (since Triton 3.7 nothing else of it is C). The host's
driver is stood in for by an empty library of its name: the module is linked, not loaded.
"""

import os
import platform
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path


def main() -> None:
    folder = Path(os.environ["TRITON_CACHE_DIR"])
    # Triton files the module under the platform's name, which the program ``file`` would lengthen:
    # the image has none.
    platform._syscmd_file = lambda target, default="": default  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as stub:
        library = Path(stub) / "libcuda.so.1"
        name = f"-Wl,-soname,{library.name}"
        subprocess.run(["gcc", "-shared", name, "-o", library, "-x", "c", os.devnull], check=True)
        os.environ["TRITON_LIBCUDA_PATH"] = stub
        driver = import_module("triton.backends.nvidia.driver")
        try:
            driver.CudaUtils()
        except ImportError as error:
            print(f"built, to be loaded beside a driver: {error}")
    made = list(folder.rglob("cuda_utils*.so"))
    if len(made) != 1:
        sys.exit(f"no launcher in {folder}")
    print(made[0])


if __name__ == "__main__":
    main()
