/** The fields of the form that tells the service of a subscription: from the panel and from the service worker alike. */
export function fieldsOf(subscription: PushSubscription): Record<"endpoint" | "p256dh" | "auth", string> {
  const { endpoint, keys } = subscription.toJSON();
  return { endpoint: endpoint ?? "", p256dh: keys?.p256dh ?? "", auth: keys?.auth ?? "" };
}
