#!/bin/sh
# The locked requirements have a hash for everything and name no address; nor does the npm lock file.
set -eu
for file in requirements/runtime.txt requirements/oidc.txt requirements/dev.txt requirements/npm.txt; do
    if grep -nE '://|--(extra-)?index-url|--find-links' "$file"; then
        echo "$file names an address"; exit 1
    fi
    # shellcheck disable=SC2016
    awk '/^[a-z0-9]/ { if (pending != "") { print pending; bad = 1 } pending = $0 } /--hash=/ { pending = "" }
         END { if (pending != "") { print pending; bad = 1 } exit bad }' "$file" || { echo "$file: no hash"; exit 1; }
done
if grep -n '"resolved"' assets/package-lock.json; then
    echo "assets/package-lock.json names an address"; exit 1
fi
