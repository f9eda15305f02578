#!/usr/bin/env bash
# Every guide of docs/guide, followed from an empty folder: a line `    $ command` is run, the indented
# lines below it must stand in its answer. A command that ends with `# exit N` ends so.
. "$(dirname "$0")/support.sh"
export PRODUCTS=$products EXAMPLES=$LOANBOOK_SOURCE/examples SOURCE=$LOANBOOK_SOURCE

follow() {
  local page=$1 line text wanted
  mkdir -p "$work/${page##*/}" && cd "$work/${page##*/}" || exit 1
  while IFS= read -r line; do
    case $line in
      '    $ '*)
        text=${line#'    $ '}
        wanted=0
        [[ $text =~ \#\ exit\ ([0-9]+)$ ]] && wanted=${BASH_REMATCH[1]}
        eval "$text" >out 2>err </dev/null
        local got=$?
        [ $got -eq "$wanted" ] || fail "${page##*/}: exit $got, wanted $wanted: $text ($(tail -n 2 err | tr '\n' ' '))"
        cat err >>out
        ;;
      '    '*)
        text=$(sed 's/^ *//; s/ *$//; s/  */ /g' <<<"$line")
        sed 's/  */ /g' out | grep -qF -- "$text" || fail "${page##*/}: the answer lacks '$text'"
        ;;
    esac
  done <"$page"
  unset LOANBOOK_BOOK
  cd "$work" || exit 1
}

for page in "$LOANBOOK_SOURCE"/docs/guide/*.md; do follow "$page"; done
finish
