export const HELP = `Usage: twelvefold-local [options]

Starts an AWS endpoint on this machine, for development and tests, and serves until it is stopped.

  --port NUMBER          the port, 0 for a free one (default 4566)
  --host ADDRESS         the address to listen on (default 127.0.0.1: this machine only)
  --allow-host NAME      a host name that requests may use besides localhost and IP addresses; once for each
  --region REGION        the region to provision in and to print (default us-east-1)
  --account DIGITS       the account that callers are in (default 123456789012)
  --snapshot DIR         load state from this folder, save it there when stopped (default: state is lost)
  --template FILE        a CloudFormation template (JSON) whose resources to create
  --parameter KEY=VALUE  a parameter of the template; once for each
  --json                 one line of JSON instead of the export lines
  --version              the version
  -h, --help             this text

What it prints can be evaluated by a shell: it sets AWS_ENDPOINT_URL, the region and credentials.
In a terminal it also shows what it creates. Exit codes: 0 stopped, 1 failed, 64 wrong usage.
`;
