import { z } from 'zod';
import type { CallOptions, Home } from './home.ts';

const notificationSchema = z.looseObject({
  notification_id: z.string(),
  title: z.string().nullish(),
  message: z.string().nullish(),
  created_at: z.string().nullish(),
});
const notificationsSchema = z.array(notificationSchema);
const issueSchema = z.looseObject({
  issue_id: z.string(),
  domain: z.string(),
  ignored: z.boolean().nullish(),
  /** critical, error or warning. */
  severity: z.string().nullish(),
});
const issuesSchema = z.looseObject({ issues: z.array(issueSchema) });

export type Notification = z.infer<typeof notificationSchema>;
export type RepairIssue = z.infer<typeof issueSchema>;

/** What Home Assistant shows under the bell. Source: HA `persistent_notification/get`. @throws Fault */
export async function listNotifications(home: Home, options: CallOptions = {}): Promise<readonly Notification[]> {
  return notificationsSchema.parse(
    await home.send({ type: 'persistent_notification/get' }, { ...options, isWrite: false }),
  );
}

/** Open repairs, dismissed ones among them. Source: HA `repairs/list_issues`. @throws Fault */
export async function listRepairs(home: Home, options: CallOptions = {}): Promise<readonly RepairIssue[]> {
  const { issues } = issuesSchema.parse(
    await home.send({ type: 'repairs/list_issues' }, { ...options, isWrite: false }),
  );
  return issues;
}
