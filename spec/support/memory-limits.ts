/**
 * Whether a thread with a full heap ends by itself. On Node 24 and with small limits, a thread may collect garbage without
 * end instead, also without this library; so the specs of memory limits run on earlier versions only.
 */
export const memoryLimitsHold = Number.parseInt(process.versions.node, 10) < 24;
