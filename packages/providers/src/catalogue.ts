import asana from '../data/asana.json' with { type: 'json' };
import atlassian from '../data/atlassian.json' with { type: 'json' };
import figma from '../data/figma.json' with { type: 'json' };
import github from '../data/github.json' with { type: 'json' };
import google from '../data/google.json' with { type: 'json' };
import linear from '../data/linear.json' with { type: 'json' };
import notion from '../data/notion.json' with { type: 'json' };
import salesforce from '../data/salesforce.json' with { type: 'json' };
import slack from '../data/slack.json' with { type: 'json' };
import stripe from '../data/stripe.json' with { type: 'json' };
import { parseCatalogue } from './parse-catalogue.ts';

/** Name of a file in `data/` → its content. `npm run providers:check` finds a file that is missing here. */
const FILES: Readonly<Record<string, unknown>> = {
  asana,
  atlassian,
  figma,
  github,
  google,
  linear,
  notion,
  salesforce,
  slack,
  stripe,
};

/** The providers that people can link accounts of, by name. A faulty file stops the process that loads it. */
export const PROVIDERS = parseCatalogue(FILES);
