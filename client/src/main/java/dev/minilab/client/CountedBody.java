package dev.minilab.client;

import java.net.http.HttpRequest.BodyPublisher;
import java.nio.ByteBuffer;
import java.util.concurrent.Flow.Subscriber;
import java.util.concurrent.Flow.Subscription;

/// A body that tells how much of it has been sent.
record CountedBody(BodyPublisher body, Progress progress) implements BodyPublisher {

    @Override
    public long contentLength() {
        return body.contentLength();
    }

    @Override
    public void subscribe(Subscriber<? super ByteBuffer> subscriber) {
        body.subscribe(new Counting(subscriber, contentLength(), progress));
    }

    /// For one subscription, whose signals come one after another.
    private static final class Counting implements Subscriber<ByteBuffer> {

        private final Subscriber<? super ByteBuffer> next;
        private final long total;
        private final Progress progress;
        private long sent;

        Counting(Subscriber<? super ByteBuffer> next, long total, Progress progress) {
            this.next = next;
            this.total = total;
            this.progress = progress;
        }

        @Override
        public void onSubscribe(Subscription subscription) {
            next.onSubscribe(subscription);
        }

        @Override
        public void onNext(ByteBuffer bytes) {
            sent += bytes.remaining();
            next.onNext(bytes);
            progress.sent(sent, total);
        }

        @Override
        public void onError(Throwable failure) {
            next.onError(failure);
        }

        @Override
        public void onComplete() {
            next.onComplete();
        }
    }
}
