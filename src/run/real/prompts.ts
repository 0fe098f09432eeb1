import { Interrupted } from '../../errors.ts'
import type { Host } from '../host.ts'

type Prompts = Pick<Host, 'askText' | 'askChoice' | 'askSecret' | 'askYes'>

/** Questions on the terminal; everything they draw goes to stderr. Ctrl-C in a question is an interrupt. */
export function realPrompts(streams: Pick<NodeJS.Process, 'stdin' | 'stderr'>): Prompts {
  const context = {
    get input() {
      return streams.stdin
    },
    get output() {
      return streams.stderr
    },
  }
  const asked = async <T>(ask: (inquirer: typeof import('./inquirer.ts')) => Promise<T>): Promise<T> => {
    const inquirer = await import('./inquirer.ts')
    try {
      return await ask(inquirer)
    } catch (error) {
      if (error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name))
        throw new Interrupted()
      throw error
    }
  }
  return {
    askText: (message, initial, problemOf) =>
      asked(({ input }) =>
        input({ message, default: initial, validate: answer => problemOf(answer) ?? true }, context),
      ),
    askChoice: question =>
      asked(({ select }) =>
        select(
          { message: question.message, choices: [...question.choices], default: question.initial },
          context,
        ),
      ),
    askSecret: message =>
      asked(({ password }) =>
        password(
          { message, mask: true, validate: answer => answer !== '' || 'should not be empty' },
          context,
        ),
      ),
    askYes: (message, initial) => asked(({ confirm }) => confirm({ message, default: initial }, context)),
  }
}
