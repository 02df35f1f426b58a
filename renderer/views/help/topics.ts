/** The pages of the help, in their order, and what the catalogue has their names under. */
export const TOPICS = [
  { key: 'first-steps', label: 'help.firstSteps' },
  { key: 'keys', label: 'keys.title' },
  { key: 'commands', label: 'help.commandLine' },
  { key: 'guests', label: 'help.guests' },
] as const;
export type Topic = (typeof TOPICS)[number]['key'];

/** The topic of an address; one that is not known is the first. */
export const topicOf = (key: string | undefined): Topic => TOPICS.find((topic) => topic.key === key)?.key ?? 'first-steps';
