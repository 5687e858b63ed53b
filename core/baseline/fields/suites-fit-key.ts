import type { Json } from '../../kubelet/types.ts';
import { isEmpty, texts } from '../operators/operator.ts';
import { undecided } from '../place-answer.ts';
import type { Control, PlaceAnswer } from '../types.ts';
import { fieldsOf } from './conditions.ts';
import type { Configuration, FieldCheck } from './field-check.ts';

type KeyType = 'RSA' | 'ECDSA';

/** The fields it reads, in this order. */
const PATHS = ['tlsCipherSuites', 'tlsCertFile', 'serverTLSBootstrap'] as const;

/**
 * The TLS 1.2 suites include one for the key of the serving certificate. That key is ECDSA where the cluster signs the
 * certificate (client-go's certificate manager), RSA where the kubelet signs it itself, and whatever was put there
 * where a file is named: then both families must be in the list, or nobody knows.
 */
export const SUITES_FIT_KEY: FieldCheck = {
  fault: ({ check, paths }) =>
    check.value !== null
      ? { at: ['check', 'value'], message: 'suites-fit-key takes no value' }
      : PATHS.join() === paths.join()
        ? null
        : { at: ['paths'], message: `suites-fit-key is for ${PATHS.join(', ')}` },
  expected: () => 'a suite for the key of the serving certificate',
  evaluate: (control, configuration) => [judge(control, configuration)],
  rank: () => 0,
};

function judge(control: Control, configuration: Configuration): PlaceAnswer {
  const [path] = PATHS;
  const { actual, evidence, unknown } = fieldsOf(control, configuration);
  const [suites, file, bootstrap] = PATHS.map(name => configuration.field(name));
  const hidden = {
    ...undecided(unknown?.path ?? path, unknown?.why ?? '', unknown?.evidence ?? [], actual),
    location: path,
  };
  if (!suites?.known) return hidden;
  if (isEmpty(suites.json)) return { result: 'pass', path, actual, reason: `${path} is not set`, evidence };
  const families = familiesOf(suites.json);
  if (families.size === 2)
    return { result: 'pass', path, actual, reason: `${path} has suites for both kinds of keys`, evidence };
  if (!file?.known || !bootstrap?.known) return hidden;
  if (!isEmpty(file.json))
    return undecided(path, `whether the key of ${String(file.json)} is RSA or ECDSA is not in Git`, evidence, actual);
  const key: KeyType = bootstrap.json === true ? 'ECDSA' : 'RSA';
  const signer = bootstrap.json === true ? 'the cluster signs the serving certificate' : 'the kubelet signs its own';
  if (families.has(key))
    return { result: 'pass', path, actual, reason: `${path} has a suite for ${key} keys`, evidence };
  const reason = `${path} has no suite for ${key} keys, but ${signer}, whose key is ${key}`;
  return { result: 'violated', path, actual, reason, evidence };
}

function familiesOf(suites: Json): ReadonlySet<KeyType> {
  return new Set(
    texts(suites).flatMap((suite): readonly KeyType[] =>
      suite.includes('_ECDSA_') ? ['ECDSA'] : suite.includes('_RSA_') ? ['RSA'] : [],
    ),
  );
}
