import { z } from 'zod';
import type { RegisteredFunction } from './app.ts';
import type { BindingInfo, FunctionCallback, FunctionMetadata } from './coreTypes.ts';
import { expandSettings, isDisabled, type Settings } from './settings.ts';

const httpTriggerSchema = z.object({
  type: z.literal('httpTrigger'),
  route: z.string().optional(),
  methods: z.array(z.string()).default([]),
  authLevel: z.enum(['anonymous', 'function', 'admin']).default('function'),
});

const timerTriggerSchema = z.object({
  type: z.literal('timerTrigger'),
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().optional(),
});

const queueSchema = z.object({ queueName: z.string(), connection: z.string().default('') });
const queueTriggerSchema = queueSchema.extend({ type: z.literal('queueTrigger') });

const blobTriggerSchema = z
  .object({
    type: z.literal('blobTrigger'),
    path: z.string(),
    connection: z.string().default(''),
    source: z.enum(['EventGrid', 'LogsAndContainerScan']).default('LogsAndContainerScan'),
    properties: z
      .object({ supportsDeferredBinding: z.enum(['true', 'false']).default('false') })
      .prefault({}),
  })
  .transform(({ properties, ...trigger }) => ({
    ...trigger,
    /** Whether the app gets where the blob is, and not what is in it (`sdkBinding`). */
    deferred: properties.supportsDeferredBinding === 'true',
  }));

const triggerSchema = z.discriminatedUnion('type', [
  httpTriggerSchema,
  timerTriggerSchema,
  queueTriggerSchema,
  blobTriggerSchema,
]);
const outputSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('http') }),
  queueSchema.extend({ type: z.literal('queue') }),
]);

export type Trigger = z.infer<typeof triggerSchema>;
export type TriggerOf<Type extends Trigger['type']> = Extract<Trigger, { type: Type }>;

export interface QueueOutput {
  /** The binding's name; `$return` for the return value. */
  name: string;
  queueName: string;
  connection: string;
}

/** A registered function with its bindings checked and their settings filled in. */
export interface FunctionDefinition<T extends Trigger = Trigger> {
  name: string;
  trigger: T;
  triggerName: string;
  queueOutputs: readonly QueueOutput[];
  /** Switched off by a setting: its trigger does not run, but an administrator still may. */
  disabled: boolean;
  metadata: FunctionMetadata;
  callback: FunctionCallback;
}

/** A binding that this host does not know or that is malformed: the app's author changes it. */
export class BindingError extends Error {
  override name = 'BindingError';
}

/** Reads what the library registered. Throws a BindingError or a SettingError that names the function. */
export function defineFunction(registered: RegisteredFunction, settings: Settings): FunctionDefinition {
  const { metadata, callback } = registered;
  const { name } = metadata;
  const bindings = Object.entries(metadata.bindings);
  const trigger = bindings.find(([, binding]) => isTrigger(binding));
  if (!trigger) throw new BindingError(`The function "${name}" has no trigger`);
  const others = bindings.filter(([, binding]) => !isTrigger(binding));
  return {
    name,
    trigger: readTrigger(name, trigger[1], settings),
    triggerName: trigger[0],
    queueOutputs: others.flatMap(([key, binding]) => readOutput(name, key, binding, settings)),
    disabled: isDisabled(name, settings),
    metadata,
    callback,
  };
}

const isTrigger = (binding: BindingInfo): boolean => /trigger$/i.test(binding.type);

function readTrigger(functionName: string, binding: BindingInfo, settings: Settings): Trigger {
  const trigger = parse(triggerSchema, binding, functionName);
  switch (trigger.type) {
    case 'httpTrigger':
      return trigger;
    case 'timerTrigger':
      return { ...trigger, schedule: expandSettings(trigger.schedule, settings) };
    case 'queueTrigger':
      return { ...trigger, queueName: expandSettings(trigger.queueName, settings) };
    case 'blobTrigger':
      return { ...trigger, path: expandSettings(trigger.path, settings) };
  }
}

function readOutput(
  functionName: string,
  name: string,
  binding: BindingInfo,
  settings: Settings,
): QueueOutput[] {
  if (binding.direction === 'in')
    throw new BindingError(`The function "${functionName}": input bindings are not supported here`);
  const output = parse(outputSchema, binding, functionName);
  if (output.type === 'http') return [];
  return [{ name, queueName: expandSettings(output.queueName, settings), connection: output.connection }];
}

function parse<Schema extends z.ZodType>(
  schema: Schema,
  binding: BindingInfo,
  functionName: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(binding);
  if (parsed.success) return parsed.data;
  throw new BindingError(
    `The function "${functionName}": unsupported ${binding.type} binding: ${z.prettifyError(parsed.error)}`,
    { cause: parsed.error },
  );
}

/** Whether a function has a trigger of one type; the types narrow with it. */
export function hasTrigger<Type extends Trigger['type']>(
  definition: FunctionDefinition,
  type: Type,
): definition is FunctionDefinition<TriggerOf<Type>> {
  return definition.trigger.type === type;
}
