import airtable from '../data/airtable.json' with { type: 'json' };
import apollo from '../data/apollo.json' with { type: 'json' };
import asana from '../data/asana.json' with { type: 'json' };
import atlassian from '../data/atlassian.json' with { type: 'json' };
import box from '../data/box.json' with { type: 'json' };
import canva from '../data/canva.json' with { type: 'json' };
import clay from '../data/clay.json' with { type: 'json' };
import docusign from '../data/docusign.json' with { type: 'json' };
import dropbox from '../data/dropbox.json' with { type: 'json' };
import factset from '../data/factset.json' with { type: 'json' };
import figma from '../data/figma.json' with { type: 'json' };
import github from '../data/github.json' with { type: 'json' };
import gitlab from '../data/gitlab.json' with { type: 'json' };
import google from '../data/google.json' with { type: 'json' };
import hex from '../data/hex.json' with { type: 'json' };
import hubspot from '../data/hubspot.json' with { type: 'json' };
import intercom from '../data/intercom.json' with { type: 'json' };
import linear from '../data/linear.json' with { type: 'json' };
import microsoft from '../data/microsoft.json' with { type: 'json' };
import monday from '../data/monday.json' with { type: 'json' };
import notion from '../data/notion.json' with { type: 'json' };
import outreach from '../data/outreach.json' with { type: 'json' };
import salesforce from '../data/salesforce.json' with { type: 'json' };
import similarweb from '../data/similarweb.json' with { type: 'json' };
import slack from '../data/slack.json' with { type: 'json' };
import stripe from '../data/stripe.json' with { type: 'json' };
import zendesk from '../data/zendesk.json' with { type: 'json' };
import zoom from '../data/zoom.json' with { type: 'json' };
import { parseCatalogue } from './parse-catalogue.ts';

/** Name of a file in `data/` → its content. `npm run providers:check` finds a file that is missing here. */
const FILES: Readonly<Record<string, unknown>> = {
  airtable,
  apollo,
  asana,
  atlassian,
  box,
  canva,
  clay,
  docusign,
  dropbox,
  factset,
  figma,
  github,
  gitlab,
  google,
  hex,
  hubspot,
  intercom,
  linear,
  microsoft,
  monday,
  notion,
  outreach,
  salesforce,
  similarweb,
  slack,
  stripe,
  zendesk,
  zoom,
};

/** The providers that people can link accounts of, by name. A faulty file stops the process that loads it. */
export const PROVIDERS = parseCatalogue(FILES);
