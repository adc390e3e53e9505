#!/usr/bin/env bash
set -euo pipefail
python -m pip install --no-deps gulpio2==0.0.4
