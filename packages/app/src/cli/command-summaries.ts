import type { Command } from './command.ts';

/**
 * The commands as `twelvefold --help` lists them. A copy, so that the list is printed without
 * loading the commands and zod's core: 5 times the CPU of an empty process. A test compares it with
 * the commands.
 */
export const COMMAND_SUMMARIES: ReadonlyArray<Pick<Command, 'name' | 'summary'>> = [
  { name: 'dev', summary: 'Run the app on this machine with a local AWS, and start it again after each change' },
  { name: 'manifest', summary: "Print an app's manifest, write it, or check that a file still says the same" },
  { name: 'bindings', summary: "List every resource's environment variable, parameter and physical name at a stage" },
  { name: 'infra diff', summary: 'Show which permissions a change of the app grants or takes' },
  { name: 'infra policy', summary: 'Show the permissions of a component' },
  { name: 'config plan', summary: 'List where each config key is looked for at a stage, and the calls that fetch it' },
  {
    name: 'config doctor',
    summary:
      'Load the config of a stage; list the place, version and age of each value, and what the stores have that the schema has not; exit 78 when it would not load or the schema lacks a key',
  },
  { name: 'config print', summary: 'Print the config of a stage as the app would load it, secrets masked' },
  {
    name: 'config pull',
    summary: 'Write what the stores of a stage hold to a file or standard output; without --reveal no secrets',
  },
  {
    name: 'config push',
    summary: 'Write the values of a file into the stores of a stage; without --write only say what would be written',
  },
  { name: 'config env', summary: 'Print a .env.example with every variable of the config' },
  { name: 'config docs', summary: 'Print a reference of every config key in Markdown' },
  { name: 'config policy', summary: 'Print the least IAM policy that reading the config of a stage takes' },
  { name: 'dlq peek', summary: 'List messages of a queue and why they are there' },
  { name: 'dlq group', summary: 'Count the messages of a queue by the fingerprint of their failure' },
  { name: 'dlq show', summary: 'Show one message of a queue with its body and attributes' },
  { name: 'dlq redrive', summary: 'Move messages of a queue back to where they can be handled' },
];
