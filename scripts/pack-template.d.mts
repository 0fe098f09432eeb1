export function isLeftBehind(path: string): boolean
export function packTemplate(folder: string): Buffer
