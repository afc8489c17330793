#!/usr/bin/env bash
# Installs what editions needs and this machine lacks: Debian packages, then .venv from a lock with hashes.
#
#   tools/setup.sh         what `editions` runs on
#   tools/setup.sh test    the test tools too
#   tools/setup.sh system  the Debian packages of the first alone (the Dockerfile uses this)
#   tools/setup.sh validators
#                          what npm has of the validators (Nu, Ace, axe), into tools/validators/node_modules
#
# Exit 8: something is missing that cannot be installed from here; the cure is printed.
# Where the system libraries are provided in another way, SYSTEM=ready skips their check.
set -euo pipefail
cd "$(dirname "$0")/.."

# WeasyPrint opens pango, pangoft2, gobject, harfbuzz, harfbuzz-subset and fontconfig by name;
# the packages below bring all six. The fonts, and the family names our style sheets use:
RUN_PACKAGES=(
    libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig
    fonts-linuxlibertine  # "Linux Libertine O": the text face; small caps and old-style figures in all four styles
    fonts-dejavu-core     # "DejaVu Sans Mono": listings, with box drawing and arrows
    fonts-noto-core       # "Noto Serif", "Noto Sans" and one family for each other script
    fonts-noto-cjk        # "Noto Serif CJK", "Noto Sans CJK": Chinese, Japanese, Korean
    fonts-symbola         # "Symbola": emoji in outline, for PDF/A refuses colour fonts
)
# libjaxb-java: veraPDF needs the XML binding that Java 11 dropped. faketime: another day by the clock. postgresql,
# rabbitmq-server, redis-server: the tests start servers of their own, on spare ports. curl, openssl: the README's client
# in sh; its other runs in node.
TEST_PACKAGES=(
    chromium poppler-utils qpdf libjaxb-java faketime postgresql rabbitmq-server redis-server curl openssl
)
# Nu runs in Java, Ace in Node with chromium.
VALIDATOR_PACKAGES=(chromium)

main() {
    local packages=("${RUN_PACKAGES[@]}")
    if [ "${1:-}" = validators ]; then
        install_validators
        return
    fi
    case "${1:-run}" in
        run | system) ;;
        test)
            packages+=("${TEST_PACKAGES[@]}")
            has_java_17 || packages+=(default-jre-headless)
            command -v node >/dev/null || packages+=(nodejs)
            ;;
        *) say "usage: tools/setup.sh [run|test|system|validators]"; exit 2 ;;
    esac
    find_python >/dev/null || packages+=("$(venv_package)")
    [ "${SYSTEM:-}" = ready ] || install_packages "${packages[@]}"

    case "${1:-run}" in
        system) return ;;
        run) local lock=requirements.lock ;;
        test) local lock=requirements-test.lock ;;
    esac
    make_venv
    install_lock "$lock"
    install_project
}

say() { printf '%s\n' "$*" >&2; }

# --- Debian packages ---------------------------------------------------------------------------------------------

install_packages() {
    is_debian || refuse_other_system "$@"
    local missing=() package
    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    can_be_root || refuse_without_root "${missing[@]}"
    say "Installing ${missing[*]}"
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
}

is_debian() { command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; }

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

can_be_root() {
    [ "$(id -u)" -eq 0 ] && return
    command -v sudo >/dev/null || return
    sudo -n true 2>/dev/null || [ -t 0 ] # at a terminal sudo may ask for the password
}

# dpkg looks for ldconfig and others in the system folders, which a user's PATH may lack.
as_root() {
    local path="$PATH:/usr/sbin:/sbin"
    if [ "$(id -u)" -eq 0 ]; then
        PATH="$path" "$@"
    else
        sudo env PATH="$path" "$@"
    fi
}

refuse_without_root() {
    say "Root is needed for these packages. Run this once, then try again:"
    say "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
    exit 8
}

refuse_other_system() {
    say "This is no Debian, so nothing was installed. Needed: Python 3.11 or newer with venv, pango with pangoft2,"
    say "harfbuzz-subset, fontconfig, and the fonts Linux Libertine, DejaVu Sans Mono, Noto (all scripts, CJK), Symbola."
    say "For the tests: chromium, poppler's command-line tools, qpdf, Java 17 or newer, JAXB, faketime, PostgreSQL,"
    say "RabbitMQ, Redis, curl, openssl, node 18 or newer."
    say "(Debian's names: $*)"
    say "When they are there, run the same command with SYSTEM=ready before it."
    exit 8
}

has_java_17() {
    local version
    version=$(java -version 2>&1 | sed -nE 's/.* version "([0-9]+).*/\1/p') || return 1
    [ "${version:-0}" -ge 17 ]
}

# --- validators --------------------------------------------------------------------------------------------------

install_validators() {
    local packages=("${VALIDATOR_PACKAGES[@]}")
    has_java_17 || packages+=(default-jre-headless)
    command -v node >/dev/null || packages+=(nodejs)
    command -v npm >/dev/null || packages+=(npm)
    [ "${SYSTEM:-}" = ready ] || install_packages "${packages[@]}"
    install_node_packages
}

# The lock has hashes and no addresses, so npm asks the registry that this machine uses. No package runs code to be
# installed: vnu-jar would fetch a Java, puppeteer a browser, and Debian's are there.
install_node_packages() {
    say "Installing the packages of tools/validators/package-lock.json"
    (cd tools/validators && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2)
}

# --- Python ------------------------------------------------------------------------------------------------------

# A Python that is new enough and can make a venv. A pyenv shim may be there and not work, hence the try.
find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3.11 python3 python3.12 python3.13; do
        if [ -n "$candidate" ] && try_python "$candidate" 'import ensurepip, venv'; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

try_python() { "$1" -c "import sys; assert sys.version_info >= (3, 11); $2" 2>/dev/null; }

# Debian keeps venv's half of Python in a package of its own, one for each version.
venv_package() {
    local candidate
    for candidate in /usr/bin/python3.11 /usr/bin/python3; do
        if try_python "$candidate" ''; then
            "$candidate" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'
            return
        fi
    done
    echo python3-venv
}

make_venv() {
    local python
    if ! is_our_venv; then
        if ! python=$(find_python); then
            say "No Python 3.11 or newer that can make a venv was found (looked for python3.11, python3, 3.12, 3.13)."
            say "Install one, or name it: PYTHON=/path/to/python3.11 make run"
            exit 8
        fi
        say "Making .venv with $python"
        rm -rf .venv
        "$python" -m venv .venv
    fi
}

# A venv does not survive a move of its folder or the loss of its Python: its scripts name both.
is_our_venv() {
    [ -x .venv/bin/pip ] && head -n 1 .venv/bin/pip | grep -qF "$PWD/.venv/bin/" && try_python .venv/bin/python 'import pip'
}

pip() { .venv/bin/python -m pip --disable-pip-version-check --no-input --quiet "$@"; }

# The lock is complete, so pip looks for nothing else, and wheels only, so that no package runs code to be built.
install_lock() {
    say "Installing the packages of $1"
    pip install --require-hashes --no-deps --only-binary :all: -r "$1"
    pip check
}

# The project itself, from this folder, built by the back-end that the lock brought.
install_project() {
    pip install --no-build-isolation --no-deps --editable .
    drop_copied_templates
    say "Cutting the faces that books embed"
    .venv/bin/python -m convert.editions.faces >/dev/null
}

# An editable wheel copies templates/ into site-packages once, where it would grow old. Nothing reads that copy.
drop_copied_templates() {
    .venv/bin/python - <<'PYTHON'
import shutil, sysconfig
from pathlib import Path

copy = Path(sysconfig.get_path("purelib"), "convert")
if copy.is_dir() and not (copy / "__init__.py").exists():
    shutil.rmtree(copy)
PYTHON
}

main "$@"
