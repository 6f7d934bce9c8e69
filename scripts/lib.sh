# Sourced by the scripts beside it: system packages, a virtual environment in build/venv, one build in build/python.
set -uo pipefail

# Folders are named relative to where the caller stands.
for name in LITEWRIGHT_DATA LITEWRIGHT_SHARED; do
  if [ -n "${!name:-}" ]; then export "$name=$(realpath -m "${!name}")"; fi
done
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1
VENV=$ROOT/build/venv
PYTHON=${PYTHON:-python3}
PACKAGES=(g++ pkg-config zlib1g-dev libflatbuffers-dev flatbuffers-compiler libeigen3-dev libhdf5-dev libzip-dev
  nlohmann-json3-dev libprotobuf-dev protobuf-compiler libgtest-dev libgmock-dev)

# For the Java interpreter, the OpenCL delegate and the tests of pages; what cannot be had is left out, and its tests
# are skipped.
OPTIONAL_PACKAGES=(default-jdk-headless maven maven-debian-helper junit5 opencl-headers ocl-icd-opencl-dev pocl-opencl-icd
  chromium chromium-driver)
# Python packages that only some tests need; the same rule.
TEST_EXTRAS=(ai-edge-litert==2.3.0 selenium rich 'dask[array,dataframe,distributed]' 'ray[data]')

die() {
  echo "$(basename "$0"): $*" >&2
  exit 1
}

# retry COMMAND...: up to three times, for what depends on a network.
retry() {
  local attempt
  for attempt in 1 2 3; do
    "$@" && return 0
    [ "$attempt" = 3 ] || { echo "failed, trying again: $*" >&2; sleep $((attempt * 5)); }
  done
  return 1
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_packages() {
  echo "installing $*"
  export DEBIAN_FRONTEND=noninteractive
  local apt=(apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  retry "${apt[@]}" update || echo "apt-get update failed; going on with the lists there are" >&2
  retry "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null
}

# Installs the Debian packages that are missing, or names them where that is not allowed.
need_packages() {
  command -v dpkg-query >/dev/null || return 0
  local missing=() package
  for package in "${PACKAGES[@]}"; do is_installed "$package" || missing+=("$package"); done
  command -v "$PYTHON" >/dev/null || missing+=(python3)
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
  "$PYTHON" -c 'import os, sysconfig; os.stat(sysconfig.get_path("include") + "/Python.h")' 2>/dev/null ||
    missing+=(python3-dev)
  [ ${#missing[@]} = 0 ] && return 0
  [ "$(id -u)" = 0 ] || die "these packages are missing; as root: apt-get install ${missing[*]}"
  install_packages "${missing[@]}" || die "could not install: ${missing[*]}"
}

# want_packages PACKAGE...: installs those that are missing where that is allowed.
want_packages() {
  command -v dpkg-query >/dev/null && [ "$(id -u)" = 0 ] || return 0
  local missing=() package
  for package in "$@"; do is_installed "$package" || missing+=("$package"); done
  [ ${#missing[@]} = 0 ] && return 0
  install_packages "${missing[@]}" || echo "could not install ${missing[*]}; what needs them is skipped" >&2
}

has_java() { command -v javac >/dev/null && command -v mvn >/dev/null && [ -e /usr/share/maven-repo/org/junit/jupiter ]; }
has_opencl() { [ -e /usr/include/CL/cl.h ] && [ -e "/usr/lib/$(uname -m)-linux-gnu/libOpenCL.so" ]; }

# need_venv FILE [OPTIONAL...]: build/venv with the requirements of FILE, and what can be had of OPTIONAL.
need_venv() {
  local requirements=$1 stamp
  shift
  "$VENV/bin/python" -c 'import pip' 2>/dev/null || {
    rm -rf "$VENV"
    "$PYTHON" -m venv "$VENV" || die "could not make a virtual environment with $PYTHON"
  }
  stamp=$VENV/installed-$(cat scripts/requirements*.txt <(echo "$requirements" "$@") | md5sum | cut -c1-12)
  if [ ! -e "$stamp" ]; then
    echo "installing the Python packages of $requirements into ${VENV#"$ROOT/"}"
    local pip=("$VENV/bin/python" -m pip install -qq --disable-pip-version-check --retries 5 --timeout 60)
    retry "${pip[@]}" -r "$requirements" || die "could not install the packages of $requirements"
    local package
    for package in "$@"; do
      "${pip[@]}" "$package" || echo "$package is not to be had here; what needs it is skipped" >&2
    done
    "$VENV/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))' |
      while read -r site; do echo "$ROOT/python" >"$site/litewright-in-place.pth"; done
    touch "$stamp"
  fi
  export PATH=$VENV/bin:$PATH
  PYTHON=$VENV/bin/python
}

# As many processes as there are processors, but no more than one for each GiB of memory that may be used.
process_count() {
  local count gigabytes limit
  count=$(nproc)
  gigabytes=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
  limit=$(cat /sys/fs/cgroup/memory.max 2>/dev/null)
  [[ $limit =~ ^[0-9]+$ ]] && [ $((limit >> 30)) -lt "$gigabytes" ] && gigabytes=$((limit >> 30))
  [ "$gigabytes" -lt "$count" ] && count=$((gigabytes > 1 ? gigabytes : 1))
  echo "$count"
}

# The C++ sources, each followed by a zero byte.
cpp_sources() {
  find cpp bindings fuzz tests_cpp include delegates examples/cpp java \( -name '*.cpp' -o -name '*.h' \) -print0
}

# build [TARGET...]: compiles what has changed; without targets everything.
build() {
  mkdir -p build
  local java=OFF opencl=OFF
  has_java && java=ON
  has_opencl && opencl=ON
  cmake --preset python -DPython_EXECUTABLE="$VENV/bin/python" -DLITEWRIGHT_BUILD_JAVA=$java \
    -DLITEWRIGHT_BUILD_OPENCL=$opencl \
    -Dpybind11_DIR="$("$PYTHON" -m pybind11 --cmakedir)" >build/configure.log 2>&1 ||
    { cat build/configure.log; die "cmake failed"; }
  ninja -C build/python -j "$(process_count)" "$@" || die "the build failed"
}
