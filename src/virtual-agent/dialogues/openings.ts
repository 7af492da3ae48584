/** What stands above a passage that is quoted or put into words. */
export const QUOTED = 'This may help:'
/** The same where somebody told of a trouble. */
export const QUOTED_FOR_TROUBLE = "I'm sorry about the trouble. This often helps:"
