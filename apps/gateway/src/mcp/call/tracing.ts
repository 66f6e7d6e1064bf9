import type { Logger } from '@patchbay/foundation';
import type { InvocationContext } from '@patchbay/sandbox-protocol';
import type { Call, CallReply } from '../context/call.ts';

type TraceContext = InvocationContext['trace'];

/** Spans of calls. Without a configured exporter nothing of OpenTelemetry is loaded, and a caller's trace passes through. */
export interface Tracing {
  /** Runs the work inside a span of the call; the work gets the trace context to hand on. */
  traced(call: Call, work: (trace: TraceContext) => Promise<CallReply>): Promise<CallReply>;
  /** Sends what is left. */
  close(): Promise<void>;
}

const NO_TRACING: Tracing = {
  traced: (call, work) => work(call.trace),
  close: async () => undefined,
};

/** @param enabled whether the OTEL_* variables name an exporter; they also hold its other settings */
export async function startTracing(enabled: boolean, logger: Logger): Promise<Tracing> {
  if (!enabled) return NO_TRACING;
  const [{ NodeSDK }, { OTLPTraceExporter }, api] = await Promise.all([
    import('@opentelemetry/sdk-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/api'),
  ]);
  const sdk = new NodeSDK({ serviceName: 'patchbay-gateway', traceExporter: new OTLPTraceExporter() });
  sdk.start();
  const tracer = api.trace.getTracer('patchbay-gateway');
  return {
    async traced(call, work) {
      const parent = api.propagation.extract(api.ROOT_CONTEXT, call.trace ?? {});
      // Names are ours; the tool is an attribute, so that tenants cannot invent span names without bound.
      const span = tracer.startSpan(`mcp ${call.method}`, { attributes: attributesOf(call) }, parent);
      const carrier: Record<string, string> = {};
      api.propagation.inject(api.trace.setSpan(parent, span), carrier);
      const { traceparent, tracestate, baggage } = carrier;
      const handedOn = traceparent && {
        traceparent,
        ...(tracestate && { tracestate }),
        ...(baggage && { baggage }),
      };
      try {
        return await work(handedOn || call.trace);
      } catch (error) {
        span.setStatus({ code: api.SpanStatusCode.ERROR });
        throw error;
      } finally {
        for (const [step, durationMs] of Object.entries(call.steps.stepsMs)) {
          span.setAttribute(`patchbay.step.${step}_ms`, durationMs);
        }
        span.end();
      }
    },
    close: () => sdk.shutdown().catch((error: unknown) => logger.warn({ err: error }, 'last spans were not sent')),
  };
}

function attributesOf(call: Call) {
  return {
    'mcp.method.name': call.method,
    'patchbay.organization_id': call.endpoint.organizationId,
    'patchbay.connector_id': call.endpoint.connectorId,
    'patchbay.version_id': call.endpoint.versionId,
    'patchbay.request_id': call.requestId,
    ...(call.tool && call.name && { 'gen_ai.tool.name': call.name }),
  };
}
