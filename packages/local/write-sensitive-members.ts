import { writeFile } from 'node:fs/promises';
import { SENSITIVE_MEMBERS_FILE, sensitiveMembers } from './input-members.ts';

// Writes src/core/sensitive-members.ts from the AWS SDK's models: run it after an operation was added.
await writeFile(SENSITIVE_MEMBERS_FILE, await sensitiveMembers());
