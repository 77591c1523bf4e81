package dev.minilab.api;

import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// `/openapi.json`: what this API is, for programs, as OpenAPI 3.1. The same for everyone.
final class DescriptionRoutes {

    private static final byte[] DOCUMENT = document();

    private DescriptionRoutes() {}

    static void register(RoutesConfig routes) {
        routes.get(
                "/openapi.json",
                ctx -> ctx.contentType("application/json")
                        .header("Cache-Control", "no-cache")
                        .result(DOCUMENT),
                Access.ANYONE);
    }

    private static byte[] document() {
        try (InputStream resource = DescriptionRoutes.class.getResourceAsStream("/openapi.json")) {
            if (resource == null) {
                throw new IllegalStateException("openapi.json is not among the resources");
            }
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
