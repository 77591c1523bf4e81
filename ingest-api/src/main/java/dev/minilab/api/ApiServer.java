package dev.minilab.api;

import dev.minilab.config.Config;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import java.net.URI;
import java.util.function.Consumer;
import org.eclipse.jetty.server.handler.GracefulHandler;

/// The HTTP server below the routes: limits, headers, problems, and who may call.
final class ApiServer {

    private static final int HEADER_BYTES = 32 * 1024;

    private ApiServer() {}

    /// A server with these routes that does not listen yet.
    ///
    /// @param links a link into the store, as clients are given them
    static Javalin create(Config config, ApiKeys keys, URI links, Consumer<RoutesConfig> routes) {
        Javalin server = Javalin.create(javalin -> {
            configure(javalin, config, new Edge(links));
            guard(javalin.routes, config, keys);
            routes.accept(javalin.routes);
        });
        Gate.seal(server);
        return server;
    }

    private static void configure(JavalinConfig javalin, Config config, Edge edge) {
        javalin.startup.showJavalinBanner = false;
        javalin.startup.showOldJavalinVersionWarning = false;
        javalin.concurrency.useVirtualThreads = true;
        javalin.http.prefer405over404 = true;
        javalin.router.javaLangErrorHandler(Problems::crashed);
        ConsoleRoutes.serveFiles(javalin);
        javalin.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setSendDateHeader(true);
            http.setRequestHeaderSize(HEADER_BYTES);
        });
        javalin.jetty.modifyServer(server -> {
            server.setErrorHandler(edge::refuse);
            server.setStopTimeout(config.worker().drain().toMillis());
            server.insertHandler(new GracefulHandler());
            server.insertHandler(
                    new SlowClients(config.access().patience(), config.access().minUploadRate()));
            server.insertHandler(edge);
        });
    }

    private static void guard(RoutesConfig routes, Config config, ApiKeys keys) {
        RequestLog.register(routes);
        Problems.register(routes);
        Cors cors = new Cors(config.access().corsOrigins());
        cors.register(routes);
        if (!keys.needed()) {
            new LocalCallers(config.api().host(), cors).register(routes);
        }
        new Gate(keys, new RateLimits(config.access().rate(), System::nanoTime)).register(routes);
    }
}
