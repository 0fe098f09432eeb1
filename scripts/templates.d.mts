import type { Plugin as EsbuildPlugin } from 'esbuild'
import type { Plugin } from 'vitest/config'

export function compileTemplate(text: string, file: string): string
export function templatesForEsbuild(): EsbuildPlugin
export function templatesForVite(): Plugin
