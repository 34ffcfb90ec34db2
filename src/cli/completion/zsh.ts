/** The script for zsh: as the one for bash, with a description beside each word. */
import type { Flag, Place } from './model.ts'

export function zshScript(places: readonly Place[]): string {
  return `#compdef keygrant
# Completion of keygrant in zsh. In ~/.zshrc, behind compinit: eval "$(keygrant completion zsh)"
_keygrant_at() {
  words_here=() flags_here=()
  case "$1" in
${places.map(placeArm).join('\n')}
  esac
}
# What a flag takes: nothing (1), or one of the words that it leaves in values_here; none of them: anything.
_keygrant_values() {
  values_here=()
  case "$1 $2" in
${places.flatMap(({ path, flags }) => flags.flatMap((flag) => valueArm(path, flag))).join('\n')}
    *) return 1 ;;
  esac
}
_keygrant_argument() {
  values_here=()
  case "$1 $2" in
${places.flatMap(argumentArms).join('\n')}
  esac
}
_keygrant() {
  local current=\${words[CURRENT]} path_here='' flag='' word
  local -i number=0 index
  local -a words_here flags_here values_here
  for ((index = 2; index < CURRENT; index++)); do
    word=\${words[index]}
    _keygrant_at "$path_here"
    if [[ -n $flag ]]; then
      flag=''
    elif [[ $word == -* ]]; then
      _keygrant_values "$path_here" "$word" && flag=$word
    elif (( \${words_here[(I)$word:*]} )); then
      path_here=\${path_here:+$path_here }$word
    else
      (( number++ ))
    fi
  done
  _keygrant_at "$path_here"
  if [[ -n $flag ]]; then
    _keygrant_values "$path_here" "$flag"
    (( $#values_here )) && compadd -- $values_here || _files
  elif [[ $current == -* ]]; then
    _describe -o 'option' flags_here
  elif (( $#words_here )); then
    _describe 'command' words_here
  else
    _keygrant_argument "$path_here" "$number"
    [[ $values_here == '@file' ]] && _files || compadd -- $values_here
  fi
}
compdef _keygrant keygrant
`
}

function placeArm({ path, words, flags }: Place): string {
  const shown = flags.filter(({ hidden }) => !hidden)
  return `    '${path}')
      words_here=(${words.map(described).join(' ')})
      flags_here=(${shown.map(described).join(' ')}) ;;`
}

const described = ({ name, does }: { name: string; does: string }): string =>
  quoted(`${name}:${does.replaceAll(':', '\\:')}`)

function valueArm(path: string, { name, values }: Flag): string[] {
  return values === null ? [] : [`    '${path} ${name}') values_here=(${values.map(quoted).join(' ')}) ;;`]
}

function argumentArms({ path, arguments: all }: Place): string[] {
  return all.flatMap((values, number) => {
    const words = values === 'file' ? ['@file'] : values
    return words.length === 0 ? [] : [`    '${path} ${number}') values_here=(${words.map(quoted).join(' ')}) ;;`]
  })
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
