/** `keygrant completion bash|zsh|fish`: prints what makes a shell complete the command. */
import { Argument, type Command } from 'commander'
import type { Session } from '../session.ts'
import type { Place } from './model.ts'

const shells = ['bash', 'zsh', 'fish'] as const

const help = `
  bash  eval "$(keygrant completion bash)"         in ~/.bashrc
  zsh   eval "$(keygrant completion zsh)"          in ~/.zshrc, behind compinit
  fish  keygrant completion fish | source          in ~/.config/fish/config.fish`

export function addCompletionCommand(program: Command, { run }: Session): void {
  program
    .command('completion')
    .description('print a script that makes a shell complete the command')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText('after', help)
    .action(
      run(async ({ output }, shell: (typeof shells)[number]) => {
        const { placesOf } = await import('./model.ts')
        const script = scripts[shell]
        output.result(null, await script(placesOf(program)))
      }),
    )
}

const scripts = {
  bash: async (places) => (await import('./bash.ts')).bashScript(places),
  zsh: async (places) => (await import('./zsh.ts')).zshScript(places),
  fish: async (places) => (await import('./fish.ts')).fishScript(places),
} as const satisfies Record<(typeof shells)[number], (places: Place[]) => Promise<string>>
