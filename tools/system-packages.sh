#!/bin/sh
# Install what some tests need from Debian's packages, where that is possible and allowed: Chromium for the browser
# tests, and SimpleSAMLphp, with which the login is tested against another's implementation.
set -eu
packages=""
command -v chromium >/dev/null 2>&1 || packages="chromium fonts-noto-core"
if ! command -v php >/dev/null 2>&1 || [ ! -d /usr/share/simplesamlphp/www ]; then
    packages="$packages simplesamlphp php-cli php-xml php-mbstring php-sqlite3"
fi
[ -n "$packages" ] || exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing for the tests:$(printf ' %s' $packages) ..."
    apt-get update -qq
    # shellcheck disable=SC2086 - several words on purpose
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
else
    echo "Tests that need these of Debian's packages are skipped: $packages"
fi
