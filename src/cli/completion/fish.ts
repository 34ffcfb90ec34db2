/** The script for fish: one line for each word and flag, and where it may stand. */
import type { Flag, Place } from './model.ts'

export function fishScript(places: readonly Place[]): string {
  const nested = places.filter(({ words }) => words.length > 0)
  const valued = places.flatMap(({ flags }) => flags.flatMap(({ name, values }) => (values === null ? [] : [name])))
  return `# Completion of keygrant in fish. In ~/.config/fish/config.fish: keygrant completion fish | source
function __keygrant_path
    set -l path
    set -l skip no
    for word in (commandline -opc)[2..]
        if test $skip = yes
            set skip no
        else if string match -q -- '-*' $word
            contains -- $word ${[...new Set(valued)].join(' ')}; and set skip yes
        else
            switch "$path"
${nested.map(({ path, words }) => `                case '${path}'\n                    contains -- $word ${words.map(({ name }) => name).join(' ')}; and set -a path $word`).join('\n')}
            end
        end
    end
    echo "$path"
end
function __keygrant_at
    test (__keygrant_path) = "$argv[1]"
end
complete -c keygrant -f
${places.flatMap(linesOf).join('\n')}
`
}

function linesOf({ path, words, flags, arguments: all }: Place): string[] {
  const here = `complete -c keygrant -n ${quoted(`__keygrant_at '${path}'`)}`
  return [
    ...words.map(({ name, does }) => `${here} -a ${name} -d ${quoted(does)}`),
    ...flags.filter(({ hidden }) => !hidden).map((flag) => `${here} ${flagOf(flag)}`),
    ...all.flatMap((values) =>
      values === 'file' ? [`${here} -F`] : values.length > 0 ? [`${here} -a ${quoted(values.join(' '))}`] : [],
    ),
  ]
}

function flagOf({ name, does, values }: Flag): string {
  const takes = values === null ? '' : values.length === 0 ? ' -r' : ` -x -a ${quoted(values.join(' '))}`
  return `-l ${name.replace(/^--/, '')}${takes} -d ${quoted(does)}`
}

const quoted = (text: string): string => `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`
