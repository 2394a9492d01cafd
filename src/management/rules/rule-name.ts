const LONGEST = 120

/** Whether a rule may be called so: Auth0's names, and those of files people keep rules in. */
export const isRuleName = (name: string): boolean => name.length <= LONGEST && /^[^\p{C}\s/\\-]([^\p{C}/\\]*[^\p{C}\s/\\-])?$/u.test(name)
