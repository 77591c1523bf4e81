package dev.minilab.standalone;

import dev.minilab.config.ConfigException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.List;

/// Hosts and ports to listen on.
final class Addresses {

    private Addresses() {}

    static URI http(String host, int port) {
        return URI.create(
                "http://" + (host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host) + ":" + port);
    }

    /// The given port if it is free, a free one if it is 0.
    ///
    /// @throws ConfigException if it is taken
    static int port(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new ConfigException(
                    List.of("port " + port + ": cannot listen on " + host + ": " + e.getMessage()), e);
        }
    }

    /// The given port, or 0 when it is taken.
    static int preferred(String host, int port) {
        try {
            return port(host, port);
        } catch (ConfigException _) {
            return 0;
        }
    }
}
