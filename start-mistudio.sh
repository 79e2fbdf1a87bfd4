#!/bin/sh
# Thin wrapper: the work is in scripts/start.mjs.
set -eu
cd "$(dirname "$0")"
if ! command -v node >/dev/null 2>&1; then
  echo "miStudio needs Node.js 20.19 or newer: https://nodejs.org" >&2
  exit 1
fi
node -e 'const [a,b]=process.versions.node.split(".").map(Number);if(a<20||(a===20&&b<19)){console.error("miStudio needs Node.js 20.19 or newer; this is "+process.version+".");process.exit(1)}'
exec node scripts/start.mjs "$@"
