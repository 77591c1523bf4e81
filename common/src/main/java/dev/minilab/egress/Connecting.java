package dev.minilab.egress;

import java.net.InetSocketAddress;

/// Hears of each connection before it is made.
@FunctionalInterface
interface Connecting {
    void to(InetSocketAddress address);
}
