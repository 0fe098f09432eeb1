// Only these three, so that the bundle leaves the rest out: the editor prompt alone brings 400 kB of character tables.
export { confirm, input, password, select } from '@inquirer/prompts'
