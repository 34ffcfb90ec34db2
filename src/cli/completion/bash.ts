/** The script for bash (3.2 and newer, which macOS has): every word is in it, so that a completion starts no program. */
import type { Place } from './model.ts'

export function bashScript(places: readonly Place[]): string {
  return `# Completion of keygrant in bash. In ~/.bashrc: eval "$(keygrant completion bash)"
_keygrant_words() {
  case "$1" in
${places
  .filter(({ words }) => words.length > 0)
  .map(({ path, words }) =>
    arm(
      path,
      words.map(({ name }) => name),
    ),
  )
  .join('\n')}
  esac
}
_keygrant_flags() {
  case "$1" in
${places
  .map(({ path, flags }) =>
    arm(
      path,
      flags.filter(({ hidden }) => !hidden).map(({ name }) => name),
    ),
  )
  .join('\n')}
  esac
}
# What a flag takes: nothing (1), or one of the words that are printed; none of them: anything.
_keygrant_values() {
  case "$1 $2" in
${places.flatMap(valueArms).join('\n')}
    *) return 1 ;;
  esac
}
# Of an argument, by its number.
_keygrant_argument() {
  case "$1 $2" in
${places.flatMap(argumentArms).join('\n')}
  esac
}
_keygrant() {
  local current=\${COMP_WORDS[COMP_CWORD]} path='' number=0 flag='' word index list
  for ((index = 1; index < COMP_CWORD; index++)); do
    word=\${COMP_WORDS[index]}
    # --flag=value comes as three words.
    [[ $word == = ]] && continue
    if [[ -n $flag ]]; then
      flag=''
    elif [[ $word == -* ]]; then
      _keygrant_values "$path" "$word" >/dev/null && flag=$word
    elif [[ " $(_keygrant_words "$path") " == *" $word "* ]]; then
      path=\${path:+$path }$word
    else
      number=$((number + 1))
    fi
  done
  COMPREPLY=()
  [[ $current == = ]] && current=''
  if [[ -n $flag ]]; then
    list=$(_keygrant_values "$path" "$flag")
  elif [[ $current == -* ]]; then
    list=$(_keygrant_flags "$path")
  else
    list="$(_keygrant_words "$path") $(_keygrant_argument "$path" "$number")"
  fi
  if [[ $list == *@file* ]]; then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
    compopt -o filenames 2>/dev/null
  else
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -W "$list" -- "$current")
  fi
}
complete -F _keygrant keygrant
`
}

/** No word that is completed holds a quote. */
const arm = (path: string, words: readonly string[]): string => `    '${path}') echo '${words.join(' ')}' ;;`

function valueArms({ path, flags }: Place): string[] {
  return flags.flatMap(({ name, values }) => (values === null ? [] : [arm(`${path} ${name}`, values)]))
}

function argumentArms({ path, arguments: all }: Place): string[] {
  return all.flatMap((values, number) => {
    const words = values === 'file' ? ['@file'] : values
    return words.length === 0 ? [] : [arm(`${path} ${number}`, words)]
  })
}
