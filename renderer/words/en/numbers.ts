export const numbers = {
  notNumber: '“{text}” is not a number.',
  ambiguous: '“{text}” can mean {thousands} or {decimal}. Write it without a comma.',
  type: 'Type a number.',
  notWhole: '“{text}” is not a whole number.',
} as const;
