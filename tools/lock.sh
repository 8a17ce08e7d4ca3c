#!/bin/sh
# Renew the locked requirements: hashes for everything, no addresses.
set -eu
bin=$1
"$bin/pip" install --quiet uv
compile() {
    "$bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header "$@"
}
compile pyproject.toml --output-file requirements/runtime.txt
compile requirements/oidc.in --constraint requirements/runtime.txt --output-file requirements/oidc.txt
compile pyproject.toml requirements/oidc.in requirements/dev.in --constraint requirements/runtime.txt \
    --constraint requirements/oidc.txt --output-file requirements/dev.txt
compile requirements/npm.in --output-file requirements/npm.txt
