import { writeFile } from 'node:fs/promises';
import { SENSITIVE_MEMBERS_FILE, sensitiveMembers } from './input-members.ts';

// Writes src/core/sensitive-members.ts from the AWS SDK's models. Run it after you add an
// operation.
await writeFile(SENSITIVE_MEMBERS_FILE, await sensitiveMembers());
