#!/usr/bin/env bash
# Installs what the DynamoDB benchmark runs beside TerraScale into .peers: dynalite (npm) and moto (PyPI).
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .peers
if [ ! -x .peers/node_modules/.bin/dynalite ]; then
  (cd .peers && npm install --silent --no-audit --no-fund --no-package-lock dynalite)
fi
if [ ! -x .peers/moto/bin/moto_server ]; then
  "${PYTHON:-python3}" -m venv .peers/moto
  .peers/moto/bin/python -m pip install --quiet --disable-pip-version-check 'moto[server,dynamodb]'
fi
