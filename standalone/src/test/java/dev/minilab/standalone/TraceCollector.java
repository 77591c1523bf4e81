package dev.minilab.standalone;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/// A collector of traces that keeps what it gets, as OTLP over HTTP has it.
final class TraceCollector implements AutoCloseable {

    /// A span and the service that made it.
    record Made(String service, Span span) {
        String name() {
            return span.getName();
        }

        String trace() {
            return HexFormat.of().formatHex(span.getTraceId().toByteArray());
        }

        String id() {
            return HexFormat.of().formatHex(span.getSpanId().toByteArray());
        }

        String parent() {
            return HexFormat.of().formatHex(span.getParentSpanId().toByteArray());
        }

        String note(String attribute) {
            return value(span.getAttributesList(), attribute);
        }
    }

    private final HttpServer server;
    private final List<Made> made = new CopyOnWriteArrayList<>();

    TraceCollector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/v1/traces", exchange -> {
            try (exchange) {
                ExportTraceServiceRequest.parseFrom(exchange.getRequestBody())
                        .getResourceSpansList()
                        .forEach(resource -> {
                            String service = value(resource.getResource().getAttributesList(), "service.name");
                            resource.getScopeSpansList()
                                    .forEach(scope ->
                                            scope.getSpansList().forEach(span -> made.add(new Made(service, span))));
                        });
                exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
                exchange.sendResponseHeaders(200, -1);
            }
        });
        server.start();
    }

    private static String value(List<KeyValue> attributes, String key) {
        return attributes.stream()
                .filter(attribute -> attribute.getKey().equals(key))
                .map(attribute -> attribute.getValue().hasIntValue()
                        ? Long.toString(attribute.getValue().getIntValue())
                        : attribute.getValue().getStringValue())
                .collect(Collectors.joining());
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// What has come of a trace.
    List<Made> of(String trace) {
        return made.stream().filter(one -> one.trace().equals(trace)).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
