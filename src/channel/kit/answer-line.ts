/** A question of a form and its answer in one line: "Since when? 2 May", "Subject: Printer". */
export const answerLine = (question: string, answer: string): string => `${question}${/[?!:.…]$/.test(question) ? '' : ':'} ${answer}`
