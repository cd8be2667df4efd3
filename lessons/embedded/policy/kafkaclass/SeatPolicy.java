package kafkaclass;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.server.policy.AlterConfigPolicy;
import org.apache.kafka.server.policy.CreateTopicPolicy;

/**
 * What a program on a laptop may make of its topics (KIP-108, KIP-133), in the numbers that the app's own forms have.
 *
 * <p>ACLs say whose topics are whose, and count nothing: one request for a topic of 9,900 partitions with 3 replicas ended
 * brokers with OutOfMemoryError, and again at each start. So the controller refuses what a seat could not do in a page
 * either: more partitions, other settings or other values than are offered, and too many replicas at once. A policy is not
 * told who asks; whose topic it is stands in its name, {@code <class>.<seat>.<name>}. All other topics are the app's.
 */
public final class SeatPolicy implements CreateTopicPolicy, AlterConfigPolicy {
    private static final String OURS = "kafkaclass.";
    private static final Map<String, Bucket> BUCKETS = new ConcurrentHashMap<>();

    private final Map<String, long[]> settings = new HashMap<>();
    private int mostPartitions;
    private double mostReplicas;
    private double replicasPerSecond;

    @Override
    public void configure(Map<String, ?> configs) {
        mostPartitions = Integer.parseInt(text(configs, "most.partitions"));
        mostReplicas = Double.parseDouble(text(configs, "most.replicas.at.once"));
        replicasPerSecond = Double.parseDouble(text(configs, "replicas.per.second"));
        for (String setting : text(configs, "settings").split(",")) {
            String[] parts = setting.split(":");  // its name, and the least and the most of a number
            settings.put(parts[0], parts.length < 3 ? null : new long[] {Long.parseLong(parts[1]), Long.parseLong(parts[2])});
        }
    }

    @Override
    public void validate(CreateTopicPolicy.RequestMetadata wanted) {
        String seat = seatOf(wanted.topic());
        if (seat == null) {
            return;
        }
        int partitions = partitionsOf(wanted);
        if (partitions > mostPartitions) {
            throw new PolicyViolationException(
                "A topic of this class has at most " + mostPartitions + " partitions, and not " + partitions + ".");
        }
        wanted.configs().forEach(this::refuseSetting);
        Bucket bucket = BUCKETS.computeIfAbsent(seat, any -> new Bucket(mostReplicas));
        if (!bucket.take(replicasOf(wanted, partitions), mostReplicas, replicasPerSecond)) {
            throw new PolicyViolationException("That is too many topics at once. Wait a little.");
        }
    }

    @Override
    public void validate(AlterConfigPolicy.RequestMetadata wanted) {
        ConfigResource resource = wanted.resource();
        if (resource.type() == ConfigResource.Type.TOPIC && seatOf(resource.name()) != null) {
            wanted.configs().forEach(this::refuseSetting);
        }
    }

    @Override
    public void close() {
    }

    private void refuseSetting(String name, String value) {
        if (!settings.containsKey(name)) {
            throw new PolicyViolationException("The setting " + name + " is not one that a seat of this class may change.");
        }
        long[] bounds = settings.get(name);
        if (bounds == null || value == null) {
            return;
        }
        long number;
        try {
            number = Long.parseLong(value.trim());
        } catch (NumberFormatException error) {
            throw new PolicyViolationException(name + " is a number, and not " + value + ".");
        }
        if (number < bounds[0] || number > bounds[1]) {
            throw new PolicyViolationException(
                name + " is a number from " + bounds[0] + " to " + bounds[1] + " in this class, and not " + value + ".");
        }
    }

    private static int partitionsOf(CreateTopicPolicy.RequestMetadata wanted) {
        return wanted.replicasAssignments() != null ? wanted.replicasAssignments().size() : wanted.numPartitions();
    }

    private static int replicasOf(CreateTopicPolicy.RequestMetadata wanted, int partitions) {
        if (wanted.replicasAssignments() == null) {
            return partitions * wanted.replicationFactor();
        }
        return wanted.replicasAssignments().values().stream().mapToInt(brokers -> brokers.size()).sum();
    }

    /** Null for a topic of the app's. */
    private static String seatOf(String topic) {
        if (topic.startsWith("_")) {
            return null;
        }
        int first = topic.indexOf('.');
        int second = first < 0 ? -1 : topic.indexOf('.', first + 1);
        return second < 0 ? null : topic.substring(0, second);
    }

    private static String text(Map<String, ?> configs, String name) {
        return String.valueOf(configs.get(OURS + name));
    }

    /** How many replicas a seat may still make at this moment; it fills up again by itself. */
    private static final class Bucket {
        private double left;
        private long filledAt = System.nanoTime();

        Bucket(double most) {
            left = most;
        }

        synchronized boolean take(int replicas, double most, double perSecond) {
            long now = System.nanoTime();
            left = Math.min(most, left + (now - filledAt) * perSecond / 1e9);
            filledAt = now;
            if (replicas > left) {
                return false;
            }
            left -= replicas;
            return true;
        }
    }
}
