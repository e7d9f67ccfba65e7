import { controllerFlags } from '../config.ts';
import type { Command } from './command.ts';
import { completion, shells } from './completion.ts';
import { explain, explainableKinds, explainFlags } from './explain.ts';
import { ipam, ipamFlags } from './ipam.ts';
import { machines, machinesFlags } from './machines.ts';
import { run } from './run.ts';
import { printVersion } from './version.ts';

/** All subcommands; the first one is meant where none is named. A new one is one entry here. */
export const commands: readonly [Command, ...Command[]] = [
  {
    name: 'run',
    summary: 'run the controller (also without a command)',
    about: `Gives Gateways of its class an address and turns their TCPRoutes and UDPRoutes into Services of type
LoadBalancer. Runs until SIGTERM, which finishes the writes on their way, or until it loses the lease (exit code 1).`,
    flags: controllerFlags,
    examples: ['-kubeconfig ~/.kube/config -ipam-configmap default/ipam', '-leader-elect -log-format pretty'],
    run,
  },
  {
    name: 'explain',
    summary: 'say why an object is not ready, and what to do about it',
    about: `Without a name it lists all that is not ready, the worst first. Give it the flags that the controller was
started with: it takes them all, and lists those that matter most. It reads the cluster only, and works while the
controller is down; where it reaches the controller it also says what the object's actor did last. -watch follows until
all is ready.
Exit code: 0 where what was asked for is ready, else 1.`,
    arguments: '[KIND [NAMESPACE/]NAME]',
    words: explainableKinds,
    flags: explainFlags,
    examples: [
      'explain -ipam-configmap default/ipam',
      'explain gateway default/demo-gateway -ipam-configmap default/ipam',
      'explain tcproute shop/web -output json',
      'explain gateway shop/web -watch && echo ready',
    ],
    run: (argv) => explain(argv),
  },
  {
    name: 'ipam ls',
    summary: 'show the address pool, and who has what of it',
    about: `Without -ipam-configmap it lists the ledger only. It reads the cluster only, and works while the controller is
down.`,
    flags: ipamFlags.ls,
    examples: ['ipam ls -ipam-configmap default/ipam', 'ipam ls -ipam-configmap default/ipam -output json'],
    run: (argv) => ipam(['ls', ...argv]),
  },
  {
    name: 'ipam plan',
    summary: 'show what an edit of the address pool would do',
    about: `It reads the cluster only, and works while the controller is down.
Exit code: 1 where the edit would newly leave a Gateway outside of the pool (any, where there is no pool now), or has an
invalid entry; else 0.`,
    flags: ipamFlags.plan,
    examples: [
      'ipam plan -f new.yaml -ipam-configmap default/ipam',
      'ipam plan -f - -ipam-configmap default/ipam -output json',
    ],
    run: (argv) => ipam(['plan', ...argv]),
  },
  {
    name: 'machines',
    summary: 'print the state charts that decide over objects',
    about: 'As Mermaid stateDiagram-v2, one after the other, or as one JSON document. It needs no cluster.',
    flags: machinesFlags,
    examples: ['machines', 'machines -output json'],
    run: machines,
  },
  {
    name: 'completion',
    summary: 'print the completion for a shell',
    about: 'The shell reads what it prints.',
    arguments: shells.join('|'),
    words: shells,
    flags: [],
    examples: [
      'completion bash > /etc/bash_completion.d/gateway-api-controller',
      'completion zsh > ~/.zfunc/_gateway-api-controller',
      'completion fish > ~/.config/fish/completions/gateway-api-controller.fish',
    ],
    run: async (argv) => completion(argv, commands),
  },
  {
    name: 'version',
    summary: 'print the version',
    about: 'Also --version.',
    flags: [],
    examples: ['version'],
    run: async (argv) => printVersion(argv),
  },
];
