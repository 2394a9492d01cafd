/** Whether rules can `require` a module by this name, with or without a version. */
export const hasModule = (_name: string): boolean => true
