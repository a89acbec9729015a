#!/bin/bash
# Compiles kernels.cu to the PTX that is shipped; needs nvcc (11 or later). KernelsTest fails while the two don't belong together.
#
# The PTX is made for the oldest device that nvcc knows, then its header is lowered: nothing in it needs more than sm_50 (Maxwell,
# 2014) and PTX 6.0 (CUDA 9), so that one file serves every GPU and every driver since 2017. KernelsTest has NVIDIA's own
# assembler prove it.
set -euo pipefail
cd "$(dirname "$0")"
out=../resources/org/sparkmlp/cuda/kernels.ptx
mkdir -p "$(dirname "$out")"
ptx=$(mktemp)
trap 'rm -f "$ptx"' EXIT
nvcc -ptx -O3 -o "$ptx" kernels.cu
{
  echo "// Made by src/main/cuda/make-ptx.sh of kernels.cu, whose SHA-256 is"
  echo "// source-sha256: $(sha256sum kernels.cu | cut -d' ' -f1)"
  sed -e '/^\/\//d' -e '/^\.version/s/.*/.version 6.0/' -e '/^\.target/s/.*/.target sm_50/' "$ptx"
} > "$out"
