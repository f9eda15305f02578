# Sourced by the tests of the command line.
set -u
PATH=$LOANBOOK_BIN:$PATH
products=$LOANBOOK_SOURCE/examples/products
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
unset LOANBOOK_BOOK
failures=0

fail() {
  echo "FAIL ${BASH_SOURCE[-1]##*/}:${BASH_LINENO[1]}: $*"
  failures=$((failures + 1))
}

# run CODE ARGUMENTS...: runs loanbook, keeps ./out and ./err, wants that exit code.
run() {
  local wanted=$1
  shift
  loanbook "$@" >out 2>err </dev/null
  local got=$?
  [ $got -eq "$wanted" ] || fail "exit $got, wanted $wanted: loanbook $* ($(tail -n 2 err | tr '\n' ' '))"
}

out_has() { grep -qF -- "$1" out || fail "standard output lacks '$1': $(head -c 300 out)"; }
err_has() { grep -qF -- "$1" err || fail "standard error lacks '$1': $(head -c 300 err)"; }
err_lacks() { ! grep -qF -- "$1" err || fail "standard error has '$1': $(head -c 300 err)"; }
out_is_empty() { [ ! -s out ] || fail "standard output should be empty: $(head -c 200 out)"; }
equal() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }

head_of() { loanbook --book "${1:-book}" --format csv status 2>/dev/null | tail -n 1 | sed 's/.*,//'; }

# Adds amounts of two decimals, one a line, exactly: as whole cents.
sum() { tr -d . | awk '{ cents += $1 } END { printf "%d", cents }'; }

new_book() {
  run 0 --book "${1:-book}" init --currency CNY --date 2026-01-01
  run 0 --book "${1:-book}" product add "$products"/*.toml
}

finish() {
  [ $failures -eq 0 ] || { echo "$failures failures"; exit 1; }
  exit 0
}
