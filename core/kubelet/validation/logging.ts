import { quantityUnits } from '../go-quantity.ts';
import type { Rule } from './rule.ts';

const MAX_VERBOSITY = 2147483647;

/** logs/api/v1 ValidateAndApply: runs before ValidateKubeletConfiguration ("initialize logging: ..."). */
export const LOGGING_RULES: readonly Rule[] = [
  {
    id: 'V080',
    check: view => {
      const format = view.text('logging.format');
      if (format === 'text' || format === 'json') return null;
      return { path: 'logging.format', message: `logging.format: Invalid value: "${format}": Unsupported log format` };
    },
  },
  {
    id: 'V081',
    check: view =>
      view.text('logging.format') === 'json' && !view.gate('LoggingBetaOptions')
        ? {
            path: 'logging.format',
            message: 'logging.format: Forbidden: Log format json is disabled, see LoggingBetaOptions feature gate',
          }
        : null,
  },
  {
    id: 'V078',
    since: '1.35',
    check: view =>
      view.duration('logging.flushFrequency') <= 0n
        ? {
            path: 'logging.flushFrequency',
            message: 'logging.flushFrequency: Invalid value: Must be greater than zero',
          }
        : null,
  },
  {
    id: 'V082',
    check: view =>
      view.number('logging.verbosity') > MAX_VERBOSITY
        ? {
            path: 'logging.verbosity',
            message: `logging.verbosity: Invalid value: ${view.number('logging.verbosity')}: Must be <= ${MAX_VERBOSITY}`,
          }
        : null,
  },
  {
    id: 'V083',
    check: view =>
      view.objects('logging.vmodule').length > 0 && view.text('logging.format') !== 'text'
        ? { path: 'logging.vmodule', message: 'logging.vmodule: Forbidden: Only supported for text log format' }
        : null,
  },
  {
    id: 'V084',
    check: view =>
      view.objects('logging.vmodule').flatMap((item, index) => {
        const path = `logging.vmodule[${index}]`;
        return item['filePattern'] === ''
          ? [{ path, message: `${path}: Required value: File pattern must not be empty` }]
          : [];
      }),
  },
  {
    id: 'V085',
    check: view =>
      view.objects('logging.vmodule').flatMap((item, index) => {
        const path = `logging.vmodule[${index}]`;
        return /[=,]/.test(String(item['filePattern']))
          ? [
              {
                path,
                message: `${path}: Invalid value: "${item['filePattern']}": File pattern must not contain equal sign or comma`,
              },
            ]
          : [];
      }),
  },
  {
    id: 'V086',
    check: view =>
      view.objects('logging.vmodule').flatMap((item, index) => {
        const path = `logging.vmodule[${index}]`;
        return Number(item['verbosity']) > MAX_VERBOSITY
          ? [{ path, message: `${path}: Invalid value: ${item['verbosity']}: Must be <= ${MAX_VERBOSITY}` }]
          : [];
      }),
  },
  ...(['text', 'json'] as const).flatMap((format): readonly Rule[] => [
    {
      id: format === 'text' ? 'V087' : 'V089',
      check: view => {
        const path = `logging.options.${format}.splitStream`;
        if (!view.flag(path) || view.gate('LoggingAlphaOptions')) return null;
        return { path, message: `${path}: Forbidden: Feature LoggingAlphaOptions is disabled` };
      },
    },
    {
      id: format === 'text' ? 'V088' : 'V090',
      check: view => {
        const path = `logging.options.${format}.infoBufferSize`;
        const size = view.quantity(path);
        if (size === null || quantityUnits(size) === 0n || view.gate('LoggingAlphaOptions')) return null;
        return { path, message: `${path}: Forbidden: Feature LoggingAlphaOptions is disabled` };
      },
    },
  ]),
];
