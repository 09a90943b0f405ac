"""What Prometheus reads of the service: counts of answers of every process, and how releases, deadlines, deliveries, jobs stand."""
