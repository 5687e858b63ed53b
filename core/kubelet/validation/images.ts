import { goTrimSpace } from '../go-trim-space.ts';
import type { Rule } from './rule.ts';

const INVALID = 'invalid configuration: ';
const POLICY = 'imagePullCredentialsVerificationPolicy';
const LIST = 'preloadedImagesVerificationAllowlist';
const POLICIES = ['NeverVerify', 'NeverVerifyPreloadedImages', 'NeverVerifyAllowlistedImages', 'AlwaysVerify'];

/** Pull credential verification, since 1.33 behind KubeletEnsureSecretPulledImages. */
export const IMAGE_RULES: readonly Rule[] = [
  {
    id: 'V060',
    since: '1.33',
    check: view => {
      if (!view.gate('KubeletEnsureSecretPulledImages')) return null;
      const policy = view.text(POLICY);
      return POLICIES.includes(policy)
        ? null
        : {
            path: POLICY,
            message: `${INVALID}option "${policy}" specified for ${POLICY}. Valid options are ${POLICIES.join(', ')}`,
          };
    },
  },
  {
    id: 'V061',
    since: '1.33',
    check: view =>
      view.gate('KubeletEnsureSecretPulledImages') &&
      view.texts(LIST).length > 0 &&
      view.text(POLICY) !== 'NeverVerifyAllowlistedImages'
        ? {
            path: LIST,
            message: `${INVALID}can't set \`${LIST}\` if \`${POLICY}\` is not "NeverVerifyAllowlistedImages"`,
          }
        : null,
  },
  {
    id: 'V062',
    since: '1.33',
    check: view =>
      view.gate('KubeletEnsureSecretPulledImages') && view.text(POLICY) === 'NeverVerifyAllowlistedImages'
        ? view
            .texts(LIST)
            .map((pattern, index) => ({ pattern, index }))
            .filter(({ pattern }) => !isImagePattern(pattern))
            .slice(0, 1)
            .map(({ pattern, index }) => ({
              path: `${LIST}[${index}]`,
              message: `${INVALID}invalid image pattern "${pattern}" in ${LIST}`,
            }))
        : null,
  },
  {
    id: 'V063',
    since: '1.33',
    check: view =>
      !view.gate('KubeletEnsureSecretPulledImages') && view.text(POLICY) !== ''
        ? {
            path: POLICY,
            message: `${INVALID}\`${POLICY}\` must not be set if KubeletEnsureSecretPulledImages feature gate is not enabled`,
          }
        : null,
  },
  {
    id: 'V064',
    since: '1.33',
    check: view =>
      !view.gate('KubeletEnsureSecretPulledImages') && view.texts(LIST).length > 0
        ? {
            path: LIST,
            message: `${INVALID}\`${LIST}\` must not be set if KubeletEnsureSecretPulledImages feature gate is not enabled`,
          }
        : null,
  },
];

const HOST_PART = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const HOST = String.raw`(?:${HOST_PART}(?:\.${HOST_PART})*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?`;
const PATH_PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const NAME = new RegExp(`^(?:${HOST}/)?(${PATH_PART}(?:/${PATH_PART})*)$`);

/** An image name (distribution/reference) without tag or digest; a trailing `/*` matches everything below. */
export function isImagePattern(text: string): boolean {
  if (text !== goTrimSpace(text) || text === '' || text === '/*') return false;
  if (text.endsWith('/*')) return !text.slice(0, -1).includes('*');
  const path = NAME.exec(text)?.[1];
  return path !== undefined && path.length <= 255;
}
